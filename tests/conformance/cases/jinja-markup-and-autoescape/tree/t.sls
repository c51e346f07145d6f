a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {{ '<a>'|e }} {{ '<a>'|escape|escape }} {{ '<a>'|forceescape }} {{ ('<'|e) + '<' }} {{ ('<'|e) ~ '<' }} {{ '<b>x</b> y'|striptags }}
        {% autoescape true %}{{ '<' }}{{ '<'|safe }}{% endautoescape %} {{ {'class': 'x', 'id': none}|xmlattr }} {{ 'a b/c?d'|urlencode }} {{ {'q': 'a b'}|urlencode }}
