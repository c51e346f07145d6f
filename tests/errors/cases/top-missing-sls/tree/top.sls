base:
  '*':
    - wbe
    - nothing.like.it
