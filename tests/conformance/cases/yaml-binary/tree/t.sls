{% load_yaml as b %}
- !!binary aGVsbG8=
- !!binary aGVsbG8
- !!binary |
  aGVs
  bG8=
- !!binary "aG*Vs"
{% endload %}
a:
  test.nop:
    - text: |
        {{ b }}
