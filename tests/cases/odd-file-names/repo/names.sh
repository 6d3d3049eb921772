set -eux
[ "$(cat 'a b/gu ard é')" = was ]
[ "$(cat 'a b/new "quoted" file')" = new ]
[ "$(cat 日本/値.txt)" = right ]
[ "$(cat "$(printf 'bytes\377\376')")" = right ]
[ "$(cat "$(printf 'line\nbreak')")" = right ]
[ "$(cat -- '-rf')" = right ]
