base:
  '*': common
