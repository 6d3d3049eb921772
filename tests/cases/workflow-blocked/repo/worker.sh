mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo I looked everywhere
