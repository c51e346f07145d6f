include:
  - part:
      key: nested:deep
      defaults:
        colour: red
      
own: 1
