/** The cents of an amount such as `1,234.50`. */
function cents(text) {
  const sign = text.startsWith('-') ? -1 : 1
  const [whole, part = ''] = text.replace('-', '').split('.')
  return sign * (Number(whole.replaceAll(',', '')) * 100 + Number(part.padEnd(2, '0')))
}

module.exports = { cents }
