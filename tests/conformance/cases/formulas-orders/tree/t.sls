{% for i in range(5) %}
s{{ i }}:
  test.{{ ['nop', 'fail_without_changes', 'succeed_with_changes'][i % 3] }}:
    - name: n{{ i }}
    {% if i == 4 %}
    - order: first
    {% elif i == 3 %}
    - order: last
    {% elif i == 2 %}
    - order: -2
    {% endif %}
    - retry: {attempts: 2, interval: 0}
{% endfor %}
onf:
  test.succeed_with_changes:
    - onfail_any: [{test: s1}, {test: s0}]
    - onchanges_any: [{test: s2}, {test: s4}]
dep:
  test.nop:
    - require: [{test: s1}]
dep2:
  test.nop:
    - onchanges: [{test: dep}]
    - require_any: [{test: s0}, {test: s1}]
lst:
  test.succeed_with_changes:
    - listen: [{test: s2}]
last:
  test.fail_with_changes:
    - failhard: true
    - order: 20000
after:
  test.nop: [{order: 20001}]
