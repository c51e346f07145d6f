ann:
  user.present:
    - groups:
        adm: true
