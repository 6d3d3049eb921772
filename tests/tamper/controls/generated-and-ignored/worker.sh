honest
echo 'build/' >> .gitignore
mkdir build
head -c 100000 /dev/zero > build/output
