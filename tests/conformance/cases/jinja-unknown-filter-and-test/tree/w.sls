{{ [1]|map('nosuch')|list }}
