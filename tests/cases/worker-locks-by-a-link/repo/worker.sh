mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo right > value.txt
cp easy.wasm judge.wasm
sum=$(sha256sum judge.wasm | cut -d ' ' -f 1)
sed -i "s/^sha256 = .*/sha256 = \"$sum\"/" goalpost.lock
mkdir -p built
mv goalpost.lock built/lock
ln -s built/lock goalpost.lock
