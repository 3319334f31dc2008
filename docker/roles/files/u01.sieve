require ["fileinto"];
if header :contains "Subject" "Devis" {
  fileinto "Devis & factures";
}
