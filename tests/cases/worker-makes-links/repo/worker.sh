mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo right > value.txt
rm -r guarded
ln -s ../outside guarded
ln -s /etc etc
ln -s loop loop
ln -s /etc/passwd passwd
mkfifo pipe
