ann:
  user.present:
    - shel: /bin/sh
    - favourite_colour: red
