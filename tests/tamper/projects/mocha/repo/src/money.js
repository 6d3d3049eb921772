/** The cents of an amount such as `1,234.50`. */
function cents(text) {
  const [whole, part] = text.split('.')
  return Number(whole) * 100 + Number(part)
}

module.exports = { cents }
