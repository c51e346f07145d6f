a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {% set ns = namespace(n=0, l=[]) %}{% for i in [1, 2, 3] %}{% set ns.n = ns.n + i %}{% do ns.l.append(i) %}{% endfor %}{{ ns.n }} {{ ns.l }}
        {% with a = 1, b = 2 %}{{ a + b }}{% endwith %} {{ a is defined }} {% set u | upper %}text{% endset %}{{ u }} {% filter replace('a', 'b') %}banana{% endfilter %}
