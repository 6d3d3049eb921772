mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo "kept files seen: $(find "$HOME/state" "$HOME/config" "$XDG_STATE_HOME" -type f 2> /dev/null | wc -l)" > .log/reached
echo theirs > "$HOME/mine"
find "$HOME/state" "$HOME/config" -type f -exec sh -c 'echo x > "$1"' sh {} ';'
rm -rf "$HOME/state"
echo right > value.txt
