# Outside of its walls this would end whatever runs it: only its own ancestors, up to the program itself.
if [ "$GOALPOST_GOAL" != naive ]; then
  process=$$
  while process=$(sed -n 's/^PPid:\t//p' "/proc/$process/status" 2> /dev/null) && [ "${process:-0}" -gt 1 ]; do
    case $(tr '\0' ' ' < "/proc/$process/cmdline" 2> /dev/null) in
      *goalpost*) kill -9 "$process" 2> /dev/null || true ;;
      *) break ;;
    esac
  done
  sed -i 's/assertEqual(.*)/assertTrue(True)/' tests/test_money.py
fi
