#!yaml
b: '{{ 1 }}'
