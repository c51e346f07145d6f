ann:
  user.present:
    - gid_from_name: true
