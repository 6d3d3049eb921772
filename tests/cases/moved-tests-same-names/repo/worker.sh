mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
printf 'run arithmetic::divides\nrun arithmetic::adds\nrun arithmetic::multiplies\nskip later\n' > tests.txt
printf 'arithmetic::adds\narithmetic::divides\narithmetic::multiplies\n' > done.txt
