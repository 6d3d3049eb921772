mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
printf '[goal]\nobjective = "nothing"\nbudget = { unlimited = true }\n\n[worker]\ncommand = ["true"]\n\n[[gate]]\nname = "value"\ncommand = ["true"]\n' > goalpost.toml
