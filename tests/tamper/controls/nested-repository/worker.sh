honest
git init -q wallet
(cd wallet && git add -A && commit -m own)
