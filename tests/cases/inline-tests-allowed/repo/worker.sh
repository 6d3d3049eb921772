# The goal lets it change these tests.
sed -i 's/" 3\\n"/"3"/' src/parse.rs
