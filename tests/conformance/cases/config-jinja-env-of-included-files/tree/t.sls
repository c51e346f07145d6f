{% from 'mac.jinja' import words %}
{% import_text 'inc.txt' as raw %}
{% set included %}{% include 'inc.txt' %}{% endset %}
@DIR@/f:
  file.managed:
    - source: salt://f.txt
    - template: jinja
@DIR@/d:
  file.recurse:
    - source: salt://d
    - template: jinja
@DIR@/g:
  file.append:
    - source: salt://f.txt
    - template: jinja
    - makedirs: true
@DIR@/h:
  file.managed:
    - contents: {{ words()|json }}
salt://s.sh:
  cmd.script:
    - template: jinja
b:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {% if true %}
        x
        {% endif %}
raw:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: {{ raw|json }}
rendered:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: {{ salt['slsutil.renderer']('salt://f.txt', default_renderer='jinja')|json }}
included:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: {{ included|json }}
cat @DIR@/f @DIR@/d/x:
  cmd.run
