-- A word, sealed with the secret key: by it a server knows at its start whether it has the right one.
CREATE TABLE secret_key (
    id     TEXT PRIMARY KEY,
    sealed TEXT NOT NULL
);
