#jinja2: {"trim_blocks": true, "lstrip_blocks": true}
a:
  test.nop:
    - text: |
        x
        {% if true %}
        y
        {% endif %}
