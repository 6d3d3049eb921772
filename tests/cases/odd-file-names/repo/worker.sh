mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
mkdir -p 日本
echo tampered > 'a b/gu ard é'
echo new > 'a b/new "quoted" file'
echo right > 日本/値.txt
echo right > "$(printf 'bytes\377\376')"
echo right > "$(printf 'line\nbreak')"
echo right > ./-rf
