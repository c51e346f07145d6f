#!yaml
a:
  test.nop:
    - text: "{{ not jinja }}"
