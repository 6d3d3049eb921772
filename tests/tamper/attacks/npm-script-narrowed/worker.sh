sed -i 's/node --test/node --test --test-name-pattern=whole/' package.json
