set -eux
[ ! -e "$(printf 'old\377')" ]
[ ! -e "$(printf 'kept\377')" ]
[ -e "$(printf 'kept\357\277\275')" ]
