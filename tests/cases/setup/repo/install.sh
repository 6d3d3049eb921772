mkdir -p deps
cp lock deps/lib
echo replaced > data
