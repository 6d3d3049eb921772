mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo right > value.txt
cp easy.wasm judge.wasm
sum=$(sha256sum judge.wasm | cut -d ' ' -f 1)
sed -i "s/^sha256 = .*/sha256 = \"$sum\"/" goalpost.lock
echo locked
sleep 60
