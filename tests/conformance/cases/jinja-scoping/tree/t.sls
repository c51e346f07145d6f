{% set x = 'outer' %}
{% if True %}{% set x = 'changed by if' %}{% endif %}
{% set ns = namespace(found=false) %}
{% for i in [1, 2] %}{% set x = 'loop' %}{% set ns.found = i %}{% endfor %}
{% with %}{% set x = 'with' %}{% endwith %}
{% set block %}text {{ x }}{% endset %}
a:
  test.nop:
    - x: {{ x }}
    - found: {{ ns.found }}
    - block: {{ block }}
