honest
git checkout -q -b work
commit -a -m 'Read thousands and debts'
