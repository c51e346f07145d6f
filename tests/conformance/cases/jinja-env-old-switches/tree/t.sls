a:
  test.nop:
    - text: |
        x
        {% if true %}
        y
        {% endif %}
        z
