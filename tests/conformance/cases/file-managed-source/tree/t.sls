@DIR@/a: {file.managed: [{source: salt://files/a.txt}]}
@DIR@/again: {file.managed: [{source: [salt://files/none, salt://files/a.txt]}, {mode: '0600'}]}
@DIR@/missing: {file.managed: [{source: salt://files/none}]}
@DIR@/templated:
  file.managed:
    - source: salt://files/t.txt
    - template: jinja
    - context: {who: context, n: 3}
    - defaults: {who: defaults, other: from defaults}
@DIR@/stray:
  file.managed:
    - source: salt://files/t.txt
    - template: jinja
    - who: stray
    - other: argument
    - n: 1
