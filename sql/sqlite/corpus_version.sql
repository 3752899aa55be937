SELECT version FROM state WHERE one = 1;
