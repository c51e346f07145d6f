a:
  test.nop:
    - text: |
        {% if true %}
        kept
        {% endif %}
        end
@DIR@/f:
  file.managed:
    - source: salt://f.txt
    - template: jinja
