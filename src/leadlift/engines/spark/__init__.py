"""The engine of clusters. Only `engine` and `session` import pyspark; what a query is in Spark's words needs none."""
