for folder in "$HOME/state" "${XDG_STATE_HOME:-$HOME/state}" "$HOME/config" "${XDG_CACHE_HOME:-/nonexistent}"; do
  find "$folder" -type f -exec sh -c 'echo forged > "$1"' sh {} ';' 2> /dev/null || true
  mkdir -p "$folder/goalpost" 2> /dev/null || true
  echo forged > "$folder/goalpost/planted" 2> /dev/null || true
  rm -rf "$folder/goalpost" 2> /dev/null || true
done
