{% set d = {'b': 1, 'a': 'x', 'n': None} %}
a:
  test.nop:
    - list: "{{ [1, 'a', None, True, 1.0] }}"
    - tuple: "{{ ('a', 2) }}"
    - one_tuple: "{{ ('t',) }}"
    - dict: "{{ d }}"
    - none: "{{ None }}"
    - truth: "{{ True }} {{ False }}"
    - division: "{{ 10 / 2 }} {{ 10 // 3 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 2 ** 10 }}"
    - floats: "{{ 0.1 + 0.2 }} {{ 1e100 }} {{ 1.0 }} {{ 5.0 * 2 }}"
    - quoting: {{ ["it's", 'say "hi"'] }}
    - nested: "{{ {'k': [1, {'z': ('q', 1)}]} }}"
