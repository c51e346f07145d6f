#!jinja
x: 1
