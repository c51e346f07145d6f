web:
  service:
    - running
    - enabled
