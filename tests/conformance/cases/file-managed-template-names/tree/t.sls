old:
  file.managed:
    - name: @DIR@/f
    - contents: old
@DIR@/f:
  file.managed:
    - source: salt://files/conf.jinja
    - template: jinja
    - mode: '0640'
    - user: root
    - group: root
    - context:
        colour: red
    - defaults:
        colour: blue
        size: 3
