mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
cat > .git/planted <<EOF
#!/bin/sh
echo theirs > "$HOME/mark"
cat
EOF
chmod +x .git/planted
planted=$PWD/.git/planted
for key in core.fsmonitor core.pager core.sshCommand core.editor filter.x.clean filter.x.smudge filter.x.process \
  diff.external diff.x.textconv diff.x.command merge.x.driver credential.helper gpg.program alias.status; do
  git config "$key" "$planted"
done
git config core.hooksPath .git/mine
mkdir -p .git/mine
for hook in post-checkout pre-commit post-index-change reference-transaction fsmonitor-watchman; do
  cp .git/planted ".git/mine/$hook"; cp .git/planted ".git/hooks/$hook"
done
echo '* filter=x diff=x merge=x' > .gitattributes
if [ "$GOALPOST_TURN" = 1 ]; then echo almost > value.txt; else echo right > value.txt; fi
