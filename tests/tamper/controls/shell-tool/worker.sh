echo 'echo 2' > bin/wallet
