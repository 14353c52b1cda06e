-- A workspace goes with all that is in it, in whatever order its tables come: companies before the positions at them,
-- for positions go with their contacts. Whoever deletes a workspace defers the check to the end of the transaction.
ALTER TABLE positions ALTER CONSTRAINT positions_company_fkey DEFERRABLE INITIALLY IMMEDIATE;
