{%- load_yaml as defaults %}
a: 1
n: {x: 1, y: [1, 2]}
{%- endload %}
{%- load_yaml as by_os %}
Debian: {a: 2}
default: {a: 3}
{%- endload %}
{%- do defaults.update(by_os.get(grains.os, by_os.default)) %}
{%- do defaults.n.y.append(3) %}
a:
  test.nop:
    - c: {{ defaults|json }}
    - p: {{ defaults }}
