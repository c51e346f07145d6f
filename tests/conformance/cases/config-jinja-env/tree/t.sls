@DIR@/f:
  file.managed:
    - source: salt://f.txt
    - template: jinja
b:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {% if true %}
        x
        {% endif %}
