// The only lines of script of the shop: they hand what the server made to Amazon's script.
const container = document.getElementById("AmazonPayButton");
if (container) {
  amazon.Pay.renderButton("#AmazonPayButton", JSON.parse(container.dataset.button));
}
for (const changeAction of ["changeAddress", "changePayment"]) {
  const button = document.getElementById(changeAction);
  if (button) {
    amazon.Pay.bindChangeAction(`#${changeAction}`, {
      amazonCheckoutSessionId: button.dataset.session,
      changeAction,
    });
  }
}
