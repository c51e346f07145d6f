a:
  test.nop:
    - text: "{% raw %}{{ not rendered }}{% endraw %}"
