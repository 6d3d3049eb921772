sed -i 's/"private": true/"private": true,\n  "mocha": { "grep": "whole" }/' package.json
