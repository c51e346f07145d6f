a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {% set l = [1, 2] %}{% for x in l %}{% if l|length < 5 %}{% do l.append(x * 10) %}{% endif %}{{ x }},{% endfor %} {{ l }}
